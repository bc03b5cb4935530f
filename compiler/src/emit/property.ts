/** Names of members as JavaScript writes them. */

/** How a member is reached: `.x`, `[0]`, `["a b"]`. */
export function member(name: string): string {
  if (/^\d+$/.test(name)) return `[${name}]`;
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

/** How a member is written in an object literal or type. */
export function propertyName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) || /^(0|[1-9]\d*)$/.test(name) ? name : JSON.stringify(name);
}
