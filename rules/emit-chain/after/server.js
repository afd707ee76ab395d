const express = require("express");
const http = require("http");

const app = express();
const server = http.createServer(app);

app.use("/load", require("./routes/load"));

server.listen(3000);
