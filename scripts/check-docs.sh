#!/usr/bin/env bash
# Fails when a document, or a comment, names something that is not there: a linked file, a heading, a ./dev command, a file
# of the project; and when a file names one outside of it.
set -euo pipefail
cd "$(dirname "$0")/.."

problems=0
problem() {
    printf '%s\n' "$*" >&2
    problems=$((problems + 1))
}

mapfile -t documents < <(git ls-files --cached --others --exclude-standard -- '*.md')
for required in README.md CHANGELOG.md CONTRIBUTING.md LICENSE docs/ARCHITECTURE.md; do
    [ -s "$required" ] || problem "$required is missing. Every release has it."
done

# Text without fenced code, where brackets are not links.
prose() { awk '/^ *(```|~~~)/ { code = !code; next } !code' "$1"; }

# The anchors that a renderer makes of a document's headings.
anchors() {
    prose "$1" | sed -nE 's/^#{1,6} +//p' | tr '[:upper:]' '[:lower:]' | sed -E 's/[^[:alnum:] _-]//g; s/ /-/g'
}

commands=$(./dev help | sed -nE 's/^  ([a-z-]+(, [a-z-]+)*) .*/\1/p' | tr -d , | tr ' ' '\n')

for document in "${documents[@]}"; do
    folder=$(dirname "$document")
    while IFS= read -r target; do
        case $target in
            http://* | https://* | mailto:*) continue ;;
        esac
        path=${target%%#*}
        anchor=
        [[ $target == *'#'* ]] && anchor=${target#*#}
        file=$document
        if [ -n "$path" ]; then
            file=$folder/$path
            if [ ! -e "$file" ]; then
                problem "$document links to $target, which does not exist."
                continue
            fi
        fi
        if [ -n "$anchor" ] && [[ $file == *.md ]] && ! anchors "$file" | grep -qxF -- "$anchor"; then
            problem "$document links to $target, and there is no such heading."
        fi
    done < <(prose "$document" | grep -oE '\]\([^) ]+\)' | sed -E 's/^\]\(//; s/\)$//')

    while IFS= read -r command; do
        grep -qxF -- "$command" <<<"$commands" || [ "$command" = help ] ||
            problem "$document names './dev $command', which './dev help' does not list."
    done < <(grep -oE '\./dev [a-z][a-z-]*' "$document" | cut -d' ' -f2 | sort -u)
done

# Paths in `code` that look like files of ours, in the documents that explain the sources.
# shellcheck disable=SC2016  # the backquotes are Markdown's
ours='`(Sources|Tests|Benchmarks|deploy|docs|scripts|Examples)/[A-Za-z0-9_./-]+`'
for document in docs/ARCHITECTURE.md CONTRIBUTING.md README.md docs/*/*.md; do
    [ -e "$document" ] || continue
    while IFS= read -r path; do
        [ -e "$path" ] || problem "$document names \`$path\`, which does not exist."
    done < <(prose "$document" | grep -oE "$ours" | tr -d '`' | sort -u)
done

# The project stands alone: a clone with nothing beside it builds, and passes its tests. Of the folder that may lie beside
# it only .ci/run knows.
while IFS= read -r place; do
    problem "$place names a folder beside the checkout, which others do not have."
done < <(git grep --untracked -I --line-number --only-matching --extended-regexp '[.][.]/shared' -- ':!.ci/run')

# A document that code or a script refers to by its path. Migrations are never edited and keep the paths of their day.
while IFS=: read -r file line path; do
    [ -e "$path" ] || problem "$file:$line names $path, which does not exist."
done < <(git grep --untracked -I --line-number --only-matching --extended-regexp '\bdocs/[A-Za-z0-9_/-]+[.]md\b' -- '*.swift' '*.sh' '*.yml' dev .ci)

if ((problems > 0)); then
    printf '%s\n' "$problems problem(s) in ${#documents[@]} documents." >&2
    exit 1
fi
printf '%s\n' "${#documents[@]} documents name nothing that is not there."
