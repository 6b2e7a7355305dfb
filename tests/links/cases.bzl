"""Texts of links, and how they are read. See links_test.bzl and links_test.go."""

_FORMS = " is not a link; write CALLER->CALLEE, CALLER->CALLEE/RPC-SERVICE or CALLER->CALLEE/RPC-SERVICE/METHOD, with * for any"

# By text, the names of the caller, the callee, the RPC service and the method.
LINKS = {
    "*": ["*", "*", "*", "*"],
    "*->*": ["*", "*", "*", "*"],
    "*->*/*/*": ["*", "*", "*", "*"],
    "*->*/*/GetStock": ["*", "*", "*", "GetStock"],
    "*->stock": ["*", "stock", "*", "*"],
    "item->*": ["item", "*", "*", "*"],
    "item->*/StockService": ["item", "*", "StockService", "*"],
    "item->item": ["item", "item", "*", "*"],
    "item->stock": ["item", "stock", "*", "*"],
    "item->stock-v2.1/shop.v1.StockService/GetStock": ["item", "stock-v2.1", "shop.v1.StockService", "GetStock"],
    "item->stock/*": ["item", "stock", "*", "*"],
    "item->stock/*/GetStock": ["item", "stock", "*", "GetStock"],
    "item->stock/StockService": ["item", "stock", "StockService", "*"],
    "item->stock/StockService/*": ["item", "stock", "StockService", "*"],
    "item->stock/StockService/GetStock": ["item", "stock", "StockService", "GetStock"],
    "item-->stock": ["item-", "stock", "*", "*"],
}

# By text that is not one of a link, what is wrong with it.
MISTAKES = {
    "": '""' + _FORMS,
    " item->stock": '" item->stock"' + _FORMS,
    "**": '"**"' + _FORMS,
    "->": '"->"' + _FORMS,
    "->stock": '"->stock"' + _FORMS,
    "item": '"item"' + _FORMS,
    "item -> stock": '"item -> stock"' + _FORMS,
    "item->": '"item->"' + _FORMS,
    "item->st*": '"item->st*": * stands for a whole name only, not within "st*"',
    "item->stock->price": '"item->stock->price"' + _FORMS,
    "item->stock/": '"item->stock/"' + _FORMS,
    "item->stock/*/Get*": '"item->stock/*/Get*": * stands for a whole name only, not within "Get*"',
    "item->stock//GetStock": '"item->stock//GetStock"' + _FORMS,
    "item->stock/StockService/GetStock/x": '"item->stock/StockService/GetStock/x"' + _FORMS,
    "item->stock/StockService\tGetStock": '"item->stock/StockService\\tGetStock"' + _FORMS,
    "item/StockService": '"item/StockService"' + _FORMS,
    "item/StockService->stock": '"item/StockService->stock"' + _FORMS,
    "item:stock": '"item:stock"' + _FORMS,
    "it*->stock": '"it*->stock": * stands for a whole name only, not within "it*"',
    "kill": '"kill"' + _FORMS,
}
