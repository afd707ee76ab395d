const name = 'mentions socket.io';

const list = [name;
