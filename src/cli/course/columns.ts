/**
 * The columns of class lists from various sources: Moodle, Canvas, nbgrader, a registrar's spreadsheet.
 */

/** Titles of columns, in order of preference. */
const names = {
  id: [
    "student_id",
    "student id",
    "id number",
    "idnumber",
    "username",
    "user name",
    "sis login id",
    "login",
    "login id",
    "matriculation number",
    "matrikelnummer",
    "sis user id",
    "id",
  ],
  first: ["first_name", "first name", "firstname", "given name", "vorname", "prénom"],
  last: ["last_name", "last name", "lastname", "surname", "family name", "nachname", "nom"],
  full: ["full name", "fullname", "student", "student name", "name", "vollständiger name", "nom complet"],
  email: [
    "email address",
    "email",
    "e-mail",
    "e-mail address",
    "mail",
    "e-mail-adresse",
    "adresse de courriel",
  ],
  participant: ["identifier", "participant", "id des teilnehmers", "identifikator", "identifiant"],
  grade: ["grade", "bewertung", "note", "punkte"],
  maximum: ["maximum grade", "bestwertung", "note maximale", "höchste bewertung"],
} as const;

export type Column = keyof typeof names;

export const plain = (text: string): string =>
  text.normalize("NFC").trim().toLowerCase().replace(/\s+/g, " ");

/** The index of a column; -1 if it is missing. */
export function columnOf(header: readonly string[], column: Column): number {
  const plainHeader = header.map(plain);
  return names[column].map((name) => plainHeader.indexOf(name)).find((i) => i >= 0) ?? -1;
}

/** Whether a header is that of a Canvas gradebook: `Student, ID, SIS User ID, SIS Login ID, Section, "Title (123)", …`. */
export const isCanvas = (header: readonly string[]): boolean =>
  plain(header[0] ?? "") === "student" &&
  header.slice(0, 3).map(plain).includes("id") &&
  header.map(plain).includes("section");

/** Splits a name into its parts: `Lovelace, Ada` and `Ada Lovelace` are the same. */
export function partsOf(name: string): { first_name: string; last_name: string } {
  const text = name.normalize("NFC").trim().replace(/\s+/g, " ");
  const comma = text.indexOf(", ");
  if (comma > 0) return { first_name: text.slice(comma + 2), last_name: text.slice(0, comma) };
  const space = text.lastIndexOf(" ");
  return { first_name: text.slice(0, Math.max(0, space)), last_name: text.slice(space + 1) };
}

/** Whether a row of Canvas's gradebook is that of its own test student, who is nobody. */
export const isTestStudent = (row: readonly string[]): boolean => plain(row[0] ?? "") === "student, test";
