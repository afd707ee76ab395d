import { EventEmitter } from "node:events"
import { Router } from "express"

const router = Router()
const archive = new EventEmitter()

archive.on("news", (item) => console.log("archived", item.title))

router.post("/", (req, res) => {
  const item = { ...req.body, at: new Date() }
  archive.emit("news", item)
  req.app.get("io").emit("news", item)
  res.status(201).json(item)
})

router.delete("/", (req, res) => {
  const io = req.app.get("io")
  io.emit("news_cleared")
  res.sendStatus(204)
})

export default router
