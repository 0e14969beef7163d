/**
 * JSON that no terminal takes for a command when it is shown: control characters above ASCII, DEL, and what turns the direction of
 * writing around are spelled as escapes, which `JSON.stringify` does with lower ones alone. It stays the same JSON.
 */
export function visibleJson(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
