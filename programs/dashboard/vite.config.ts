import { join } from 'node:path'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** `scripts/build-dashboard.ts` builds with this; it says where to. */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: join(import.meta.dirname, 'static'),
  plugins: [leanCatalogue(), react(), tailwindcss()],
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

/** What the catalogue says for its reference page and for the server is of no use to a client, and much. */
function leanCatalogue(): Plugin {
  return {
    name: 'lean-catalogue',
    enforce: 'pre',
    transform: {
      filter: { id: /packages\/api\/src\/endpoint-list/ },
      handler: code => ({ code: code.replace(WORDS, ''), map: null }),
    },
  }
}

const WORDS = /\b(?:summary|tag|action|resource|success):\s*(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|\d+),?/g
