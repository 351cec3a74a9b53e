/**
 * Widgets: controls in a notebook whose values TypeScript code can read and react to.
 */
export { Button, button } from "./button.js";
export { Dropdown, type DropdownOptions, dropdown } from "./dropdown.js";
export { type Control, type ControlValues, interact } from "./interact.js";
export type { ListenerOptions } from "./model.js";
export { Sketch, type SketchOptions, type SketchState, sketch } from "./sketch.js";
export { Slider, type SliderOptions, type SliderState, slider } from "./slider.js";
