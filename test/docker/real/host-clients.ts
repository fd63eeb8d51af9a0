import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Clients that the sandbox's image lacks, made with the tool chains of the machine, where it has them. */

const GO = `package main

import ("fmt"; "io"; "net/http"; "os")

func main() {
	answer, err := http.Get(os.Args[1])
	if err != nil { fmt.Println(err); os.Exit(1) }
	body, _ := io.ReadAll(answer.Body)
	fmt.Println(answer.StatusCode, string(body))
}
`;

const JAVA = `import java.net.URI;
import java.net.http.*;

public class Get {
  public static void main(String[] args) throws Exception {
    var answer = HttpClient.newHttpClient().send(
        HttpRequest.newBuilder(URI.create(args[0])).build(), HttpResponse.BodyHandlers.ofString());
    System.out.println(answer.statusCode() + " " + answer.body());
  }
}
`;

/** `DIRECTORY/go-get URL`: a static program. False when this machine has no Go. */
export function buildGoClient(directory: string): boolean {
  if (!hasProgram('go', 'version')) return false;
  const source = join(directory, 'go-get.go');
  mkdirSync(directory, { recursive: true });
  writeFileSync(source, GO);
  const env = { ...process.env, CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GO111MODULE: 'off' };
  execFileSync('go', ['build', '-o', join(directory, 'go-get'), source], { env, stdio: 'pipe' });
  return true;
}

/** `DIRECTORY/java/bin/java -cp DIRECTORY Get URL`. False when this machine has no Java development kit. */
export function buildJavaClient(directory: string): boolean {
  if (!hasProgram('jlink', '--version') || !hasProgram('javac', '-version')) return false;
  const source = join(directory, 'Get.java');
  mkdirSync(directory, { recursive: true });
  writeFileSync(source, JAVA);
  execFileSync('javac', ['-d', directory, source], { stdio: 'pipe' });
  const modules = ['--add-modules', 'java.base,java.net.http,jdk.crypto.ec'];
  const small = ['--strip-debug', '--no-header-files', '--no-man-pages'];
  execFileSync('jlink', [...modules, ...small, '--output', join(directory, 'java')], { stdio: 'pipe' });
  return true;
}

function hasProgram(name: string, question: string): boolean {
  try {
    execFileSync(name, [question], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
