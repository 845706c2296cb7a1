let tick = 0

const timer = setInterval(() => {
  tick += 1
  console.log(`worker tick ${tick}`)
}, 1000)

console.log('worker started')

process.once('SIGTERM', () => {
  clearInterval(timer)
  console.log('worker stopped')
})
