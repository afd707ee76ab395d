// Loaded with --import: the process can't load `socket.io`, be it required or imported.

import Module, { register } from 'node:module';

const load = Module._load;
Module._load = function refuse(request, ...rest) {
  if (isSocketIo(request)) throw new Error(`${request} was required where no Socket.IO server is`);
  return load.call(this, request, ...rest);
};

register(`data:text/javascript,${encodeURIComponent(`
  ${isSocketIo}
  export async function resolve(specifier, context, next) {
    if (isSocketIo(specifier)) throw new Error(specifier + ' was imported where no Socket.IO server is');
    return next(specifier, context);
  }`)}`);

function isSocketIo(specifier) {
  return specifier.split('/')[0] === 'socket.io';
}
