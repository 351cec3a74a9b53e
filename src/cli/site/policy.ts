/**
 * What a page of a site may do: files beside it are ours; whatever an output holds, nothing else is asked for or run.
 * `file:` is for a site that is opened from its folder.
 */
export const policy = [
  "default-src 'none'",
  "img-src 'self' file: data: blob:",
  "font-src 'self' file: data:",
  "style-src 'self' file: 'unsafe-inline'",
  "script-src 'self' file:",
  "worker-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");
