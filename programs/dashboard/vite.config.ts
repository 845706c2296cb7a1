import { join } from 'node:path'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** `scripts/build-dashboard.ts` builds with this; it says where to. */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: join(import.meta.dirname, 'static'),
  plugins: [react(), tailwindcss()],
  clearScreen: false,
  logLevel: 'warn',
  build: {
    target: 'es2023',
    emptyOutDir: true,
    // Nothing is inlined: the content policy lets styles, scripts and pictures come from files alone.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    manifest: true,
  },
})
