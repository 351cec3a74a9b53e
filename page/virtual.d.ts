declare module "virtual:widget-programs" {
  /** nablab's widgets: the text of a program → the program. */
  const programs: ReadonlyMap<string, import("./widgets.ts").Program>;
  export default programs;
}

declare module "virtual:compiler" {
  /** The file of the compiler, beside the kernel. */
  const file: string;
  export default file;
}
