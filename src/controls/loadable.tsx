export { loadable } from '../store/loadable.tsx'
