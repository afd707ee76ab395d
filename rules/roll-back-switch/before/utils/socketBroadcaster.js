// @iomigrate broadcaster
//
// Shortened for this example.
exports.broadcast = (event, ...args) => console.log(event, args);
