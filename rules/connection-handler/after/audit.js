const { EventEmitter } = require('events');

const audit = new EventEmitter();

audit.on('announced', (text) => console.log('announced:', text));

module.exports = audit;
