/** Tables and zip files of learning platforms, read with care and written as the platforms read them. */
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { csvText, readTable, tableText, withoutApostrophe } from "#nablab/cli/course/csv.js";
import { unpacked } from "#nablab/cli/course/import.js";
import { findStudent, studentsOf } from "#nablab/cli/course/roster.js";
import { isCopyOf } from "#nablab/cli/course/submissions.js";
import { uploadsOf } from "#nablab/cli/course/uploads.js";
import { readZip, zipBytes } from "#nablab/cli/course/zip.js";

const bytes = (text: string): Uint8Array => Buffer.from(text, "utf8");
const entry = (name: string, text = "x") => ({ name, content: bytes(text) });

describe("tables", () => {
  test("open right in a spreadsheet: a mark, quotes, and no formula is computed", () => {
    const text = csvText([
      ["=HYPERLINK(1)", "+1+1", "@x", "-2+3", "\tx", "-3.5", -3.5, 'a "b", c', "Zoë", null],
    ]);
    expect(text).toBe(
      '\uFEFF\'=HYPERLINK(1),\'+1+1,\'@x,\'-2+3,"\'\tx",-3.5,-3.5,"a ""b"", c",Zoë,\r\n'.replace(
        '"\'\tx"',
        "'\tx",
      ),
    );
  });

  test("any text comes back as it was", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.string({ unit: "grapheme" }), { minLength: 2, maxLength: 4 }), { minLength: 1 }),
        (rows) => {
          const body = rows.map((row) => ["id", ...row]);
          const written = parse(csvText(body), { bom: true, relax_column_count: true }) as string[][];
          const bare = (text: string): string => text.replaceAll("'", "");
          for (const [i, row] of body.entries()) {
            for (const [j, text] of row.entries()) expect(bare(written[i]![j]!)).toBe(bare(text));
          }
        },
      ),
    );
  });

  test("nothing after what a spreadsheet may take for the end of a cell is a formula; undone, a text is as it was", () => {
    const cells = fc.array(fc.constantFrom("=", "+", "-", "@", "\t", "\r", "\n", ";", "1", "a", " "), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(cells, (parts) => {
        const text = parts.join("");
        const [[written]] = parse(csvText([[text, "x"]]), { bom: true }) as [[string]];
        if (/^[+-]?\d+$/.test(text)) expect(written).toBe(text);
        else for (const cell of written.split(/[;\t\r\n]/)) expect(cell).not.toMatch(/^[=+\-@]/);
        expect(withoutApostrophe(written)).toBe(text);
      }),
    );
  });

  test("a platform's table keeps its separator, its mark and every cell that is not filled in", () => {
    const original = '\uFEFFIdentifier;"Full name";Grade\r\n"Participant 12";"Ada; ""L""";\r\n';
    const table = readTable(bytes(original), "w.csv");
    expect(table).toMatchObject({ delimiter: ";", mark: true });
    table.rows[1]![2] = "7.5";
    expect(tableText(table)).toBe('\uFEFFIdentifier;Full name;Grade\r\nParticipant 12;"Ada; ""L""";7.5\r\n');
    const utf16 = Buffer.from("\uFEFFa\tb\n1\t2\n", "utf16le");
    expect(readTable(utf16, "x").rows).toEqual([
      ["a", "b"],
      ["1", "2"],
    ]);
    expect(() => readTable(bytes('a,"b\n'), "x.csv")).toThrow("x.csv: not a table of comma-separated values");
  });
});

describe("class lists", () => {
  test.each([
    [
      "Moodle's participants",
      "First name,Last name,ID number,Email address\nZoë,Ångström,77,z@x.org\n",
      { id: "77", first_name: "Zoë", last_name: "Ångström", email: "z@x.org" },
    ],
    [
      "Moodle's worksheet",
      "Identifier,Full name,Email address,Status,Grade\nParticipant 5,Ada King Lovelace,a@x.org,,\n",
      { id: "a@x.org", first_name: "Ada King", last_name: "Lovelace", email: "a@x.org" },
    ],
    [
      "Canvas's gradebook",
      'Student,ID,SIS User ID,SIS Login ID,Section,A1 (9)\n    Points Possible,,,,,30\n"Lovelace, Ada",4711,s9,ada,1,\n"Student, Test",4712,,t,1,\n',
      { id: "ada", first_name: "Ada", last_name: "Lovelace", lms_user_id: "4711" },
    ],
    [
      "a spreadsheet",
      "Matrikelnummer;Nachname;Vorname\n00123;Müller;Jürgen\n",
      { id: "00123", first_name: "Jürgen", last_name: "Müller" },
    ],
    ["nablab's own", "student_id,email\n'=1+1,x@x.org\n", { id: "=1+1", email: "x@x.org" }],
  ])("%s", (_, text, student) => {
    const students = studentsOf(bytes(text), "class.csv");
    expect(students).toHaveLength(1);
    expect(students[0]).toMatchObject(student);
  });

  test("a class with indistinguishable students is refused, with the line", () => {
    const of = (text: string, id?: string) => () => studentsOf(bytes(text), "c.csv", id);
    expect(of("username\nada\nADA\n")).toThrow(
      "c.csv: lines 2 and 3 have the same id; choose another column with --id, got ADA",
    );
    expect(of("name\nAda\n")).toThrow("no column that tells students apart");
    expect(of("username\n../x\n")).toThrow("c.csv: line 2: an id must not hold any of");
    expect(of("username\n.x\n")).toThrow("an id must not begin with a full stop");
    expect(of("username,email\n,\n")).toThrow("c.csv: line 2: a student has no id");
    expect(of("a,b\n1,2\n", "c")).toThrow("c.csv: no column c; there is a, b");
    expect(of("username\n")).toThrow("c.csv: nobody is in it");
    expect(studentsOf(bytes("Nr,username\n7,ada\n"), "c.csv", "nr")[0]!.id).toBe("7");
  });

  test("a student is found by number, address, id and name; never by guessing", () => {
    const roster = [
      { id: "a1", first_name: "Wei", last_name: "Li", email: "w@x.org", lms_user_id: "10" },
      { id: "a2", first_name: "Wei", last_name: "Li", email: "l@x.org", lms_user_id: "11" },
      { id: "a3", first_name: "Zoë", last_name: "Ångström", email: "z@x.org" },
      { id: "a4", first_name: "Jean_Luc", last_name: "O'Brien & Co." },
    ];
    const idOf = (what: Parameters<typeof findStudent>[1]) => {
      const found = findStudent(roster, what);
      return typeof found === "string" ? found : found.id;
    };
    expect(idOf({ number: "11", name: "Wei Li" })).toBe("a2");
    expect(idOf({ email: "W@x.org", name: "Wei Li" })).toBe("a1");
    expect(idOf({ name: "Zoe\u0308 A\u030Angstro\u0308m" })).toBe("a3"); // decomposed, as macOS writes it
    expect(idOf({ name: "Ångström, Zoë" })).toBe("a3");
    expect(idOf({ name: "Group B-Zoë Ångström" })).toBe("a3");
    expect(idOf({ name: "Wei Li" })).toBe("2 students of that name are on the roster (a1, a2)");
    expect(idOf({ name: "Zoe Angstrom" })).toBe("not on the roster");
    expect(idOf({ name: "Jean Luc OBrien  Co." })).toBe("a4"); // what Moodle makes of it in a file name
    expect(idOf({ number: "99", name: "nobody" })).toBe("not on the roster");
  });
});

describe("zip files", () => {
  test("are unpacked as they were packed, names in any form of Unicode", () => {
    const entries = [entry("Zoë Å_1_assignsubmission_file/x.ipynb", "ü"), entry("b/c.txt")];
    expect(
      readZip(zipBytes(entries), "z.zip").map(({ name, content }) => [name, Buffer.from(content).toString()]),
    ).toEqual([
      ["Zoë Å_1_assignsubmission_file/x.ipynb", "ü"],
      ["b/c.txt", "x"],
    ]);
    expect(zipBytes(entries)).toEqual(zipBytes(entries));
    // UTF-8 without the flag that says so
    const packed = zipSync({ "Zoë.txt": bytes("x") });
    const text = Buffer.from(packed);
    for (const signature of [0x04034b50, 0x02014b50]) {
      const mark = Buffer.alloc(4);
      mark.writeUInt32LE(signature);
      const at = text.indexOf(mark) + (signature === 0x04034b50 ? 6 : 8);
      text.writeUInt16LE(text.readUInt16LE(at) & ~0x800, at);
    }
    expect(readZip(text, "z.zip")[0]!.name).toBe("Zoë.txt");
  });

  test("a tab in a name becomes a line", () => {
    expect(readZip(zipBytes([entry("a\tb/c\u0085")]), "z.zip").map(({ name }) => name)).toEqual(["a_b/c_"]);
  });

  test.each([["../x"], ["/etc/x"], ["a/../../x"], ["C:/x"], ["a\\..\\x"], ["a/\u0000b"]])(
    "a name that leaves its folder is refused: %s",
    (name) => {
      expect(() => readZip(zipBytes([entry(name)]), "z.zip")).toThrow(
        "z.zip: a name in it leaves its folder",
      );
    },
  );

  test("bombs and torn files are refused before they are unpacked", () => {
    const bomb = zipBytes([{ name: "a", content: new Uint8Array(2e6) }, entry("b"), entry("c")]);
    expect(bomb.length).toBeLessThan(5000);
    const limits = { files: 5, each: 3e6, all: 5e6 };
    expect(readZip(bomb, "z", limits)).toHaveLength(3);
    expect(() => readZip(bomb, "z", { ...limits, each: 1e6 })).toThrow(
      "z: a file in it is larger than 1 MB: a",
    );
    expect(() => readZip(bomb, "z", { ...limits, all: 1e6 })).toThrow("z: it unpacks to more than 1 MB");
    expect(() => readZip(bomb, "z", { ...limits, files: 2 })).toThrow("z: more than 2 files are in it");
    // Sizes that lie: what was announced is all that is unpacked.
    const liar = Buffer.from(bomb);
    const central = liar.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    liar.writeUInt32LE(10, central + 24);
    expect(readZip(liar, "z", { ...limits, each: 1e6 })[0]!.content.length).toBeLessThanOrEqual(10);
    expect(() => readZip(bomb.slice(0, 100), "z")).toThrow("z: not a zip file, or a torn one");
    expect(() => readZip(bytes("hello"), "z")).toThrow("z: not a zip file, or a torn one");
  });
});

test("the zip files of one student cannot fill the memory together", () => {
  const bomb = zipBytes([{ name: "x.ipynb", content: new Uint8Array(2e6) }]);
  const files = [1, 2, 3].map((number) => ({ name: `${number}.zip`, content: bomb, number }));
  const names = (all: number) =>
    unpacked({ files }, { files: 10, each: 3e6, all }).map(({ name, content }) => [name, content.length]);
  expect(names(7e6)).toEqual(Array(3).fill(["x.ipynb", 2e6]));
  expect(names(3e6)).toEqual([["x.ipynb", 2e6], ...["2.zip", "3.zip"].map((name) => [name, bomb.length])]);
});

test("Moodle's and Canvas's names say whose a file is", () => {
  const { uploads, others } = uploadsOf([
    entry("Ada Lovelace_12_assignsubmission_file_/a.ipynb"),
    entry("Ada Lovelace_12_assignsubmission_file_/data/b.csv"),
    entry("Zoë Å_13_assignsubmission_file/a.ipynb"),
    entry("Bo Li_14_assignsubmission_file_my_a.ipynb"),
    entry("Cy Q_15_assignsubmission_onlinetext/onlinetext.html"),
    entry("download/lovelaceada_LATE_4711_99_a_b-1.ipynb"),
    entry("lovelaceada_LATE_4711_98_a_b.ipynb"),
    entry("ångströmzoë_4712_97_a.ipynb"),
    entry("readme.txt"),
    entry("x_1_2"),
  ]);
  expect(others).toEqual(["readme.txt", "x_1_2"]);
  expect(
    uploads.map(({ platform, name, number, late, prefix, files }) => [
      platform,
      name,
      number,
      late,
      prefix,
      files.map((file) => file.name),
    ]),
  ).toEqual([
    [
      "moodle",
      "Ada Lovelace",
      "12",
      false,
      "Ada Lovelace_12_assignsubmission_file_/",
      ["a.ipynb", "data/b.csv"],
    ],
    ["moodle", "Zoë Å", "13", false, "Zoë Å_13_assignsubmission_file/", ["a.ipynb"]],
    ["moodle", "Bo Li", "14", false, "Bo Li_14_assignsubmission_file_", ["my_a.ipynb"]],
    ["moodle", "Cy Q", "15", false, "Cy Q_15_assignsubmission_onlinetext/", []],
    ["canvas", "lovelaceada", "4711", true, "lovelaceada_LATE_4711_99_", ["a_b-1.ipynb", "a_b.ipynb"]],
    ["canvas", "ångströmzoë", "4712", false, "ångströmzoë_4712_97_", ["a.ipynb"]],
  ]);
});

test("what browsers and platforms make of a file's name", () => {
  const name = "1-gradient-descent.ipynb";
  for (const copy of [
    "1-gradient-descent (1).ipynb",
    "1-gradient-descent-1.ipynb",
    "1-gradient-descent-Copy2.ipynb",
    "Copy of 1-gradient-descent.ipynb",
    "1-Gradient-Descent.ipynb",
    "1-gradient-descent.ipynb.ipynb",
    "1-gradient-descent - Kopie.ipynb",
  ]) {
    expect(isCopyOf(copy, name), copy).toBe(true);
  }
  for (const other of ["2-gradient-descent.ipynb", "1-gradient.ipynb", "1-gradient-descent-ada.ipynb"]) {
    expect(isCopyOf(other, name), other).toBe(false);
  }
  expect(isCopyOf("part-2.ipynb", "part-1.ipynb")).toBe(false);
});
