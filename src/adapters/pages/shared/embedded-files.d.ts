// Files that are served as they are, imported as text.
declare module "*.css" {
  const text: string;
  export default text;
}
declare module "*.svg" {
  const text: string;
  export default text;
}
declare module "*/try.js" {
  const text: string;
  export default text;
}
declare module "*/live.js" {
  const text: string;
  export default text;
}
declare module "*/ticks.js" {
  const text: string;
  export default text;
}
declare module "*/keys.js" {
  const text: string;
  export default text;
}
declare module "*/highlight.js" {
  const text: string;
  export default text;
}
declare module "*/chart-axes.js" {
  const text: string;
  export default text;
}
declare module "*/chart-marks.js" {
  const text: string;
  export default text;
}
declare module "*/performance.js" {
  const text: string;
  export default text;
}
declare module "*/uPlot.iife.min.js" {
  const text: string;
  export default text;
}
declare module "*/follow-calls.js" {
  const text: string;
  export default text;
}
declare module "*/list.js" {
  const text: string;
  export default text;
}
declare module "*/lead.js" {
  const text: string;
  export default text;
}
declare module "*/listen.js" {
  const text: string;
  export default text;
}
declare module "*/shared.js" {
  const text: string;
  export default text;
}
declare module "*/times.js" {
  const text: string;
  export default text;
}
declare module "*/fetched.js" {
  const text: string;
  export default text;
}
