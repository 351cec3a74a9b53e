declare module "virtual:widget-programs" {
  /** nablab's widgets: the text of a program → the program. */
  const programs: ReadonlyMap<string, import("./widgets.ts").Program>;
  export default programs;
}
