// The real Socket.IO with an adapter that records: what its operators make of a call is no guess of ours.

'use strict';

const { inspect } = require('node:util');
const path = require('node:path');

const real = path.join(__dirname, '../../runtime/node_modules');
const { Server } = require(`${real}/socket.io`);
const { Adapter } = require(`${real}/socket.io-adapter`);

// What `send` returns is a handle: it may be another one afterwards.
const isHandle = (value) => typeof value?.emit === 'function' && typeof value.to === 'function';
const withoutHandles = (value) => (Array.isArray(value) ? value.map((it) => (isHandle(it) ? 'a handle' : it)) : value);
const say = (value) => inspect(withoutHandles(value), { depth: 8, breakLength: Infinity });
// Socket.IO sends once to the union of the rooms, so their order is of no consequence.
const setOf = (values) => [...values].map(say).sort().join(' ');
const flagsOf = (flags) => Object.keys(flags).sort().map((it) => `${it}=${flags[it]}`).join(' ');

class Recorder extends Adapter {
  constructor(nsp) {
    super(nsp);
    this.rooms.set('a', new Set(['s1', 's2']));
  }

  note(what, { rooms = [], except = [], flags = {} }, args) {
    // Nobody is there, so nothing is sent, however it is addressed.
    const all = [...rooms];
    if (all.length > 0 && all.every((it) => it === undefined || it === 'gone')) return;
    const target = `${this.nsp.name} to {${setOf(rooms)}} except {${setOf(except)}} with {${flagsOf(flags)}}`;
    globalThis.note(`${what} ${target}: ${say(args)}`);
  }

  broadcast(packet, options) { this.note('emit', options, packet.data); }
  broadcastWithAck(packet, options, onCount) {
    this.note('ask', options, packet.data);
    onCount(0);
  }
  async fetchSockets(options) { this.note('fetch', options); return []; }
  async sockets(rooms) { this.note('sockets', { rooms }); return new Set(); }
  addSockets(options, rooms) { this.note('join', options, rooms); }
  delSockets(options, rooms) { this.note('leave', options, rooms); }
  disconnectSockets(options, isClosing) { this.note('disconnect', options, isClosing); }
  serverSideEmit(packet) { this.note('server-side', {}, packet); }
}

// The sockets of a namespace by their ids: each is the only one in the room of its id.
class Sockets extends Map {
  constructor(nsp) {
    super();
    this.nsp = nsp;
  }

  get(id) {
    if (typeof id !== 'string' || id === 'gone') return undefined;
    return {
      id,
      emit: (...args) => this.nsp.to(id).emit(...args),
      join: (rooms) => { this.nsp.in(id).socketsJoin(rooms); },
      leave: (room) => { this.nsp.in(id).socketsLeave(room); },
      disconnect: (isClosing) => { this.nsp.in(id).disconnectSockets(isClosing); },
    };
  }
}

// Listens nowhere: the HTTP server that a program hands over is left alone.
exports.Server = class extends Server {
  constructor() {
    super({ adapter: Recorder, serveClient: false });
    this.engine = { clientsCount: 3 };
  }

  of(...args) {
    const nsp = super.of(...args);
    if (!(nsp.sockets instanceof Sockets)) nsp.sockets = new Sockets(nsp);
    return nsp;
  }
};
