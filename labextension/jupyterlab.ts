/**
 * The little of JupyterLab that a renderer meets, as types. JupyterLab brings the real things at run time,
 * so none of its many packages has to be installed to build this one.
 */

/** What one output holds: `@jupyterlab/rendermime-interfaces`' IMimeModel, as far as it is read here. */
export interface MimeModel {
  readonly data: Readonly<Record<string, unknown>>;
}

/** The base class of everything that JupyterLab puts on the page: `@lumino/widgets`' Widget. */
export interface Widget {
  readonly node: HTMLElement;
  readonly isDisposed: boolean;
  addClass(name: string): void;
  dispose(): void;
}

/** The class itself. */
export type WidgetClass = new () => Widget;

/** Draws one output, again each time that it is replaced. */
export interface Renderer extends Widget {
  renderModel(model: MimeModel): Promise<void>;
}

/** A MIME extension, as its module's default export. */
export interface MimeExtension {
  readonly id: string;
  readonly description: string;
  readonly dataType: "json" | "string";
  /** The smaller, the rather is this type taken among those of an output. */
  readonly rank: number;
  readonly rendererFactory: {
    /** Whether it may draw what an untrusted notebook holds. */
    readonly safe: boolean;
    readonly mimeTypes: readonly string[];
    createRenderer(): Renderer;
  };
}

/** The modules that JupyterLab shares with its extensions: name → version → how to get it. */
export type ShareScope = Readonly<
  Record<string, Readonly<Record<string, { get(): Promise<() => unknown> | (() => unknown) }>>>
>;
