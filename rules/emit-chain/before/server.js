const express = require("express");
const http = require("http");
const { Server } = require("socket.io");

const app = express();
const server = http.createServer(app);
const io = new Server(server);

io.of("/admin").on("connection", (socket) => {
    socket.join("ops");
    socket.volatile.emit("hello", socket.id);
});

app.set("io", io);
app.use("/load", require("./routes/load"));

server.listen(3000);
