/** An XML element without positions: comparable, serialisable, enough to write it back. Namespace prefixes are gone. */
export interface RawElement {
  name: string;
  attributes: Record<string, string>;
  children: RawElement[];
  /** Character data of an element without children; layout blanks between children are not kept. */
  text: string;
}
