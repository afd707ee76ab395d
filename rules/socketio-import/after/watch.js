import { io } from 'socket.io-client';

// A client, not a server: it stays.
export function watch(url) {
  const socket = io(url);
  socket.on('question', (question) => console.log('asked:', question.text));
}
