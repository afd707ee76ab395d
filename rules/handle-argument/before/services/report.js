// `io` is an input and output stream here.
exports.report = (io, invoice) => {
  io.log(`invoice ${invoice.id}`);
};
