# Everything that up and down know, in the order in which it may be used.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
for file in "$here"/ground/{places,daemon,packages,gobuild}.sh "$here"/parts/*.sh; do
  # shellcheck disable=SC1090 # the loop names them
  source "$file"
done
