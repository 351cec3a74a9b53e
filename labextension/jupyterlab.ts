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

/** A widget that holds others. */
export interface Panel extends Widget {
  addWidget(widget: Widget): void;
}

/** The class itself. */
export type PanelClass = new () => Panel;

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

/** A model created for a renderer. */
export interface MadeModel extends MimeModel {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly trusted: boolean;
  setData(): void;
}

/** What draws the outputs of one notebook: `@jupyterlab/rendermime`' IRenderMimeRegistry. */
export interface RenderMime {
  getFactory(mimeType: string): object | undefined;
  createRenderer(mimeType: string): Widget & { renderModel(model: MadeModel): Promise<void> };
  addFactory(
    factory: { safe: boolean; mimeTypes: readonly string[]; createRenderer(): Renderer },
    rank: number,
  ): void;
}

/** An open notebook. */
export interface NotebookPanel {
  readonly node: HTMLElement;
  readonly content: { readonly rendermime: RenderMime };
  readonly context: {
    readonly ready: Promise<void>;
    readonly model: { toJSON(): unknown; getMetadata(name: string): unknown };
  };
}

/** JupyterLab itself. */
export interface FrontEnd {
  readonly docRegistry: {
    addWidgetExtension(name: string, extension: { createNew(panel: NotebookPanel): void }): unknown;
  };
}

/** A plugin, as its module's default export. */
export interface Plugin {
  readonly id: string;
  readonly description: string;
  readonly autoStart: boolean;
  activate(app: FrontEnd): void;
}

/** The modules that JupyterLab shares with its extensions: name → version → factory. */
export type ShareScope = Readonly<
  Record<string, Readonly<Record<string, { get(): Promise<() => unknown> | (() => unknown) }>>>
>;
