/**
 * Widgets: things in a notebook that the reader moves or presses, and whose values come back into TypeScript.
 */
export { Button, button } from "./button.js";
export { Dropdown, type DropdownOptions, dropdown } from "./dropdown.js";
export { type Control, type ControlValues, interact } from "./interact.js";
export type { ListenerOptions } from "./model.js";
export { Sketch, type SketchOptions, type SketchState, sketch } from "./sketch.js";
export { Slider, type SliderOptions, type SliderState, slider } from "./slider.js";
