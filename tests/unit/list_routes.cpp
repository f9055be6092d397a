// Prints the route table, "GET /api/files" a line: what data/openapi.yaml must describe.

#include <fmt/format.h>

#include "http/router.hpp"

int main() {
  for (const isr::Route& route : isr::Routes()) fmt::print("{} {}\n", route.method, route.path);
}
