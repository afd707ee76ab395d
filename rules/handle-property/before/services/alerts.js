import { appendFile } from 'node:fs/promises';

// The same key, but a file.
const journal = { io: { emit: (line) => appendFile('alerts.log', `${line}\n`) } };

export const createAlerts = ({ io, room }) => ({
  raise(text) {
    journal.io.emit(text);
    io.to(room).emit('alert', { text, at: Date.now() });
  },
});
