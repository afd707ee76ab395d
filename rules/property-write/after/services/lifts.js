class LiftService {
  constructor(socketBroadcaster) {
    this.io = socketBroadcaster
    this.calls = 0
  }

  call(id) {
    this.calls += 1
    this.io.broadcastToRoom(`lift_${id}`, 'call', this.calls)
  }
}

module.exports = LiftService
