// Runs a WASI program, which sees the whole file system: node .ci/wasi.mjs PROGRAM ARGUMENT…
import { readFileSync } from 'node:fs';
import { WASI } from 'node:wasi';

const args = process.argv.slice(2);
const wasi = new WASI({
  version: 'preview1', args, returnOnExit: true,
  env: { ...process.env, PWD: process.cwd() }, preopens: { '/': '/' },
});
const { instance } = await WebAssembly.instantiate(readFileSync(args[0]), wasi.getImportObject());
process.exitCode = wasi.start(instance);
