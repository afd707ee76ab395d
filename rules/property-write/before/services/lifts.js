class LiftService {
  constructor(io) {
    this.io = io
    this.calls = 0
  }

  call(id) {
    this.calls += 1
    this.io.to(`lift_${id}`).emit('call', this.calls)
  }
}

module.exports = LiftService
