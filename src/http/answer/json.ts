import type { BaseResponse, Response } from 'koa'

/**
 * Makes objects JSON as soon as they become the body of an answer. Koa (3.3) would first look whether they are a web `Response`, and
 * Node then loads its `fetch`: 4 MB, and the first answer takes longer. Streams and buffers are Koa's, as ever.
 */
export function writeJsonAtOnce(response: BaseResponse): void {
  const inherited = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(response), 'body')
  const { get, set } = inherited as Required<PropertyDescriptor>
  Object.defineProperty(response, 'body', {
    configurable: true,
    get,
    set(this: Response, body: unknown) {
      const isJson = isPlain(body)
      if (isJson && !this.headerSent && !this.type.includes('json')) this.res.setHeader('Content-Type', json) // Koa would look it up
      set.call(this, isJson ? JSON.stringify(body) : body)
    }
  })
}

/** As Koa has it. */
const json = 'application/json; charset=utf-8'

const isPlain = (body: unknown): boolean =>
  Array.isArray(body) || (typeof body === 'object' && body !== null && Object.getPrototypeOf(body) === Object.prototype)
