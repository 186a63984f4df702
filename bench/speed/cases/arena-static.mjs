import { mimeTypes, staticFileContent, staticFileList } from '../content.mjs';
import { get } from '../requests.mjs';

export default {
  name: 'arena-static',
  what: 'HttpArena static: twenty files in turn, 1 to 300 KB',
  handler: 'arena',
  connections: 64,
  requests: staticFileList.map(({ name }) => get(`/static/${name}`)),
  answers: staticFileList.map((file) => ({
    body: staticFileContent(file),
    type: mimeTypes[file.name.slice(file.name.lastIndexOf('.') + 1)].split(';', 1)[0],
  })),
  peers: ['node-http', 'bun'],
};
