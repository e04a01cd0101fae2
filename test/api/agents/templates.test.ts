import { expect, it } from 'vitest'
import { failure } from './start-agents.ts'
import { hosted, sharedEnvironments } from './start-environments.ts'

const rig = sharedEnvironments({})
const environments = () => rig().agents().environments

it('a template can be changed when a file that it names was deleted', async () => {
  const { files } = rig().client()
  const { id: file_id } = await files.create({ file: new File(['x'], 'x'), purpose: 'user_data' })
  const file = { type: 'file_id' as const, file_id, path: '/workspace/x' }
  const { id } = await environments().templates.create({ name: 'old', files: [file], env: { A: 'b' } })
  await files.delete(file_id)
  const environment = { ...hosted, environment_template_id: id }
  expect(await failure(environments().create({ environment }))).toMatchObject({ status: 404 })
  expect(await environments().templates.update(id, { name: 'new' })).toMatchObject({ name: 'new', files: [file] })
  expect(await failure(environments().templates.update(id, { files: [file] }))).toMatchObject({ status: 404 })
  expect(await environments().templates.update(id, { files: null })).toMatchObject({ name: 'new', files: [] })
  expect((await environments().create({ environment })).status).toBe('ready')
})
