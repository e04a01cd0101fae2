/** The page's own style, whose hash its content security policy names. */
export const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
h1 { margin-bottom: 0; }
h2 { margin-top: 3rem; padding-top: 0.5rem; border-top: 1px solid #8886; font-size: 1.2rem; }
h3 { margin: 1.25rem 0 0.25rem; font-size: 1rem; }
p { margin: 0.5rem 0; }
ul { padding-left: 1.25rem; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9em; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: 0.3rem 1rem 0.3rem 0; border-bottom: 1px solid #8883; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { width: 24%; font-weight: normal; }
td:nth-child(2) { width: 26%; }
small { color: #c33; }
summary { margin-top: 0.5rem; cursor: pointer; }
pre { padding: 0.75rem; overflow-x: auto; background: #8881; }
`
