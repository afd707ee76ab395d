const fs = require('fs');

const io = {
  write: (name, left) => fs.appendFileSync('stock.csv', `${name};${left}\n`),
};

module.exports = { io };
