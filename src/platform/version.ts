/** nablab's version; a test holds it equal to package.json's, which a bundle does not carry. */
export const version = "0.1.0";
