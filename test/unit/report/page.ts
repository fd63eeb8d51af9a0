import type { DefaultTreeAdapterTypes } from 'parse5';

type Node = DefaultTreeAdapterTypes.Node;
type Element = DefaultTreeAdapterTypes.Element;

/** All elements below a node, in the order of the document. */
export function elementsOf(node: Node): readonly Element[] {
  const children = 'childNodes' in node ? node.childNodes : [];
  const below = children.flatMap((child) => elementsOf(child));
  return 'tagName' in node ? [node, ...below] : below;
}

/** The text that a reader sees, without that below elements which `enter` refuses. */
export function textOf(node: Node, enter: (element: Element) => boolean = () => true): string {
  if (node.nodeName === '#text') return (node as DefaultTreeAdapterTypes.TextNode).value;
  if ('tagName' in node && !enter(node)) return '';
  return 'childNodes' in node ? node.childNodes.map((child) => textOf(child, enter)).join('') : '';
}
