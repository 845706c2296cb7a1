/** For uploads in a browser, which need their progress and so go around the client. */
export { csrfHeader } from './fetch-transport.ts'
