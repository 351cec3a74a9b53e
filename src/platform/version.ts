/** nablab's version; a test checks that it equals package.json's, which a bundle does not contain. */
export const version = "0.1.0";
