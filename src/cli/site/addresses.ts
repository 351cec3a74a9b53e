/** Addresses within a site, from the names of files: with `#`, `?`, `%`, spaces and letters of any alphabet in them. */

/** The way from a page to the folder of the site. */
export const upFrom = (file: string): string => "../".repeat(file.split("/").length - 1);

/** The relative address of a file of the site, as a URL; `./` so that no name is taken for a scheme. */
export const addressOf = (file: string, from: string): string =>
  `${upFrom(from) || "./"}${file.split("/").map(encodeURIComponent).join("/")}`;
