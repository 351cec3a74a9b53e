/**
 * The content security policy of a site's pages: only the site's own files are loaded or run, whatever an output contains.
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
