# Sources everything of lib, in order. Sourced.
for brobygger_part in common process pki redis config instance; do
  # shellcheck source=/dev/null
  . "$(dirname "${BASH_SOURCE[0]}")/$brobygger_part.sh"
done
unset brobygger_part
