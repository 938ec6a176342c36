import react from "@vitejs/plugin-react"
import { defineConfig } from "vite"

export default defineConfig({
  plugins: [react()],
  build: { target: "es2022", chunkSizeWarningLimit: 700 },
  server: { port: 8000, strictPort: true },
  preview: { port: 8000, strictPort: true },
})
