const open = new Map();

// The same words for a store of our own.
exports.in = (id) => ({
  disconnectSockets: () => open.delete(id),
});
