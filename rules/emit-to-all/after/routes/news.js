import { EventEmitter } from "node:events"
import { Router } from "express"
import socketBroadcaster from "../utils/socketBroadcaster.js"

const router = Router()
const archive = new EventEmitter()

archive.on("news", (item) => console.log("archived", item.title))

router.post("/", (req, res) => {
  const item = { ...req.body, at: new Date() }
  archive.emit("news", item)
  socketBroadcaster.broadcast("news", item)
  res.status(201).json(item)
})

router.delete("/", (req, res) => {
  socketBroadcaster.broadcast("news_cleared")
  res.sendStatus(204)
})

export default router
