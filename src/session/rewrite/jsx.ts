/**
 * The factory of JSX. The compiler writes `n·jsx("b", null, x)`; here `n·jsx` is bound to the factory in scope:
 * that named by `@jsx` or tsconfig.json, or a `jsx`, an `h`, or React. Without any, it creates HTML (session/jsx.ts).
 */
import type * as TypeScript from "typescript";
import type { Context } from "./context.js";
import type { Names } from "./names.js";

/** The names from tsconfig.json. */
export type JsxOptions = Pick<TypeScript.CompilerOptions, "jsxFactory" | "jsxFragmentFactory">;

/** Factory and fragment, each a name or a property path. */
type Candidate = [factory: string, fragment: string | undefined];

function candidates(text: string, { jsxFactory, jsxFragmentFactory }: JsxOptions): Candidate[] {
  const name = "([\\p{ID_Start}$_][\\p{ID_Continue}$.]*)";
  const [, said] = new RegExp(`@jsx\\s+${name}`, "u").exec(text) ?? [];
  const [, fragment] = new RegExp(`@jsxFrag\\s+${name}`, "u").exec(text) ?? [];
  return [
    ...(said ? [[said, fragment] as Candidate] : []),
    ...(jsxFactory ? [[jsxFactory, jsxFragmentFactory] as Candidate] : []),
    ["jsx", "Fragment"],
    ["h", "Fragment"],
    ["React.createElement", "React.Fragment"],
  ];
}

const rootOf = (name: string): string => name.split(".")[0]!;

/** The names of possible JSX factories for a text. */
export const jsxRoots = (text: string, options: JsxOptions): string[] =>
  candidates(text, options).flatMap((pair) => pair.filter((name) => name !== undefined).map(rootOf));

/** The statement that sets the JSX factory, if there is one in scope. */
export function jsxFactory(context: Context, names: Names, options: JsxOptions): TypeScript.Statement[] {
  const { ts, factory, file } = context;
  if (file.languageVariant !== ts.LanguageVariant.JSX) return [];
  const found = candidates(file.text, options).find(([name]) => names.isBoxed(rootOf(name)));
  if (!found) return [];
  const present = (name: string): TypeScript.Expression => {
    const [root, ...path] = name.split(".");
    return path.reduce(
      (value: TypeScript.Expression, one) => factory.createPropertyAccessExpression(value, one),
      names.present(root!),
    );
  };
  const getters = found
    .filter((name) => name !== undefined && names.isBoxed(rootOf(name)))
    .map((name) =>
      factory.createArrowFunction(undefined, undefined, [], undefined, undefined, present(name!)),
    );
  return [context.statement(context.runtime("n·factory", ...getters))];
}
