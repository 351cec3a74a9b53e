/**
 * The types of JupyterLab that a renderer needs. JupyterLab provides the implementations at run time, so none of its
 * packages is needed to build this one.
 */

/** The data of one output: the part of `@jupyterlab/rendermime-interfaces`' IMimeModel used here. */
export interface MimeModel {
  readonly data: Readonly<Record<string, unknown>>;
}

/** The base class of everything on JupyterLab's page: `@lumino/widgets`' Widget. */
export interface Widget {
  readonly node: HTMLElement;
  readonly isDisposed: boolean;
  addClass(name: string): void;
  dispose(): void;
}

/** The class itself. */
export type WidgetClass = new () => Widget;

/** Draws one output, and redraws it when it is replaced. */
export interface Renderer extends Widget {
  renderModel(model: MimeModel): Promise<void>;
}

/** A MIME extension, as its module's default export. */
export interface MimeExtension {
  readonly id: string;
  readonly description: string;
  readonly dataType: "json" | "string";
  /** Priority among the MIME types of an output; lower ranks are preferred. */
  readonly rank: number;
  readonly rendererFactory: {
    /** Whether it may draw outputs of untrusted notebooks. */
    readonly safe: boolean;
    readonly mimeTypes: readonly string[];
    createRenderer(): Renderer;
  };
}

/** The modules that JupyterLab shares with its extensions: name → version → factory. */
export type ShareScope = Readonly<
  Record<string, Readonly<Record<string, { get(): Promise<() => unknown> | (() => unknown) }>>>
>;
